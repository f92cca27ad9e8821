/*
 * FNV-1a, 64 bits: the fingerprint of a trajectory, the checksum of a run's
 * results and the key of a sweep point. It guards against accidents, not
 * against malice. Source: Fowler, Noll, Vo (1991); test vectors from their page.
 */
#ifndef BT_SIM_HASH_H
#define BT_SIM_HASH_H

#include <stddef.h>
#include <stdint.h>

#define BT_HASH_START UINT64_C(0xcbf29ce484222325)
#define BT_HASH_PRIME UINT64_C(0x100000001b3)

/* Continue `hash` (BT_HASH_START at first) over `size` bytes. */
uint64_t bt_hash_bytes(uint64_t hash, const void *bytes, size_t size);

/* Continue `hash` with one 64-bit word in one step: the hot-loop variant, which
 * is not byte-wise FNV-1a. The shift carries high bits back into low ones. */
static inline uint64_t bt_hash_word(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * BT_HASH_PRIME;
    return hash ^ (hash >> 29);
}

#endif
