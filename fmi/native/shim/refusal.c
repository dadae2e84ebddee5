/* Why the model refuses a step, told from its own variables. */

/* Write a piece, of which at most size - 1 characters fit; return how long it is. */
static size_t write_piece(const Tables *tables, const Piece *piece, const double *memory, char *text, size_t size)
{
    static const char *const formats[FORMS] = {
        [EXPONENT] = "%s%.*e", [DECIMALS] = "%s%.*f", [SHORTEST] = "%s%.*g"
    };
    const char *literal = tables->text + piece->literal;
    if (piece->form == PLAIN)
        return (size_t)snprintf(text, size, "%s", literal);
    return (size_t)snprintf(text, size, formats[piece->form], literal, (int)piece->digits, memory[piece->place]);
}

/* Say what a status means; `memory` is that of the blocks p, u, y, x. */
static void explain(const Tables *tables, const double *memory, int64_t status, char *text, size_t size)
{
    const Refusal *refusal = tables->refusals, *end = refusal + tables->header.refusals;
    size_t used = 0;
    while (refusal < end && refusal->status != status)
        ++refusal;
    if (refusal == end) {
        snprintf(text, size, "the model gave the status %lld, which it does not explain", (long long)status);
        return;
    }
    text[0] = '\0';
    for (uint32_t i = 0; i < refusal->count && used < size; ++i)
        used += write_piece(tables, tables->pieces + refusal->first + i, memory, text + used, size - used);
}
