#!/usr/bin/env python3
"""The M/M/1 queue of bench_engine.c in Debian's SimPy: nanoseconds per customer."""
import json
import random
import sys
import time

try:
    import SimPy
    from SimPy.Simulation import Process, Resource, Simulation, hold, release, request
except ImportError:
    print("SimPy is not installed (Debian: python3-simpy)")
    sys.exit(77)

CUSTOMERS = 20_000
ARRIVAL_RATE, SERVICE_RATE = 0.75, 1.0


class Customer(Process):
    def visit(self, server, times):
        arrived = self.sim.now()
        yield request, self, server
        yield hold, self, random.expovariate(SERVICE_RATE)
        yield release, self, server
        times.append(self.sim.now() - arrived)


class Arrivals(Process):
    def generate(self, server, times):
        for _ in range(CUSTOMERS):
            yield hold, self, random.expovariate(ARRIVAL_RATE)
            customer = Customer(sim=self.sim)
            self.sim.activate(customer, customer.visit(server, times))


random.seed(6)
simulation = Simulation()
simulation.initialize()
times = []
arrivals = Arrivals(sim=simulation)
simulation.activate(arrivals, arrivals.generate(Resource(sim=simulation), times))
start = time.perf_counter()
simulation.simulate(until=1e9)
elapsed = time.perf_counter() - start
assert len(times) == CUSTOMERS
print(json.dumps({"name": f"peer: M/M/1 in SimPy {SimPy.__version__}, a customer",
                  "value": round(1e9 * elapsed / CUSTOMERS), "unit": "ns", "better": "lower"}))
