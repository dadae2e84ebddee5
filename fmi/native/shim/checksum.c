/* The cyclic redundancy check of ISO 3309 with 32 bits, as zlib and PNG have it: it finds every flipped bit. */

static uint32_t checksum(const void *bytes, size_t count)
{
    static const uint32_t remainders[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const unsigned char *byte = bytes;
    uint32_t sum = UINT32_MAX;
    for (size_t i = 0; i < count; ++i) {
        sum ^= byte[i];
        sum = sum >> 4 ^ remainders[sum & 15];
        sum = sum >> 4 ^ remainders[sum & 15];
    }
    return ~sum;
}
