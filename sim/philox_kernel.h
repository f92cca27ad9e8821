/*
 * One pass of addressed Philox draws in vectors of LANES 64-bit words.
 *
 * sim/random_block.c includes this once per instruction set, with
 *     KERNEL              the name of the function to define
 *     TARGET              its target attribute
 *     LANES               words in a vector
 *     MULTIPLY(a, b)      lane-wise product of the lower 32 bits, 64 bits wide
 *
 * A counter word sits in the lower half of its lane; what is in the upper half is
 * never read. Vectors go through the rounds CHAINS abreast, since one alone would wait
 * for its own multiplications. Random123's scalar form is the reference.
 */

/* uniform[i] = draw number index[i] of agent first_agent + i * agent_step as a double,
 * i < PASS. */
static TARGET void KERNEL(bt_random_key key, uint32_t first_agent, uint32_t agent_step,
                          uint32_t purpose, const uint64_t index[PASS], double uniform[PASS])
{
    typedef uint64_t vector __attribute__((vector_size(8 * LANES)));
    typedef double real __attribute__((vector_size(8 * LANES)));
    const vector zero = {0};
    const vector multiplier0 = zero + PHILOX_MULTIPLIER_0;
    const vector multiplier1 = zero + PHILOX_MULTIPLIER_1;

    vector round_key[PHILOX_ROUNDS][2];
    for (uint32_t round = 0; round < PHILOX_ROUNDS; round++) {
        round_key[round][0] = zero + (uint32_t)(key.word[0] + round * PHILOX_KEY_STEP_0);
        round_key[round][1] = zero + (uint32_t)(key.word[1] + round * PHILOX_KEY_STEP_1);
    }

    vector agent;
    for (unsigned lane = 0; lane < LANES; lane++)
        agent[lane] = lane * agent_step;
    agent += first_agent;

    for (unsigned i = 0; i < PASS; i += CHAINS * LANES) {
        vector number[CHAINS];
        vector word0[CHAINS], word1[CHAINS], word2[CHAINS], word3[CHAINS];
        for (unsigned chain = 0; chain < CHAINS; chain++) {
            memcpy(&number[chain], index + i + chain * LANES, sizeof(vector));
            word0[chain] = number[chain] >> 1;
            word1[chain] = number[chain] >> 33;
            word2[chain] = agent;
            word3[chain] = zero + purpose;
            agent += LANES * agent_step;
        }
        for (int round = 0; round < PHILOX_ROUNDS; round++)
            for (unsigned chain = 0; chain < CHAINS; chain++) {
                vector product0 = MULTIPLY(word0[chain], multiplier0);
                vector product1 = MULTIPLY(word2[chain], multiplier1);
                word0[chain] = (product1 >> 32) ^ word1[chain] ^ round_key[round][0];
                word1[chain] = product1;
                word2[chain] = (product0 >> 32) ^ word3[chain] ^ round_key[round][1];
                word3[chain] = product0;
            }
        for (unsigned chain = 0; chain < CHAINS; chain++) {
            vector even = (word0[chain] & (zero + UINT32_MAX)) | (word1[chain] << 32);
            vector odd = (word2[chain] & (zero + UINT32_MAX)) | (word3[chain] << 32);
            vector is_odd = zero - (number[chain] & 1);
            vector drawn = ((odd & is_odd) | (even & ~is_odd)) >> 11;
            /* An integer below 2^53 becomes a double as high part plus low part, each
             * set into the mantissa of a power of two: exact, like bt_unit_interval. */
            real low = (real)((drawn & (zero + UINT32_MAX)) | (zero + TWO_52_BITS));
            real high = (real)((drawn >> 32) | (zero + TWO_84_BITS));
            real result = ((high - (0x1p84 + 0x1p52)) + low) * 0x1p-53;
            memcpy(uniform + i + chain * LANES, &result, sizeof(result));
        }
    }
}

#undef KERNEL
#undef TARGET
#undef LANES
#undef MULTIPLY
