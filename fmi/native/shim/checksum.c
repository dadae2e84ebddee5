/* Fowler, Noll and Vo's hash (FNV-1a) over words of 64 bits, the upper half of each sum mixed into the lower one: else changes
 * of two signs would cancel. Each step can be undone, so a change within one word always shows. */

static uint64_t checksum(const void *words, size_t size)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325), word;
    for (size_t i = 0; i < size; i += sizeof word) {
        memcpy(&word, (const char *)words + i, sizeof word);
        sum = (sum ^ word) * UINT64_C(0x100000001b3);
        sum ^= sum >> 32;
    }
    return sum;
}
