#include "sim/hash.h"

uint64_t bt_hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ byte[i]) * BT_HASH_PRIME;
    return hash;
}
