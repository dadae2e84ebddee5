/* Whether tables are whole, those of this library and of the FMU that the importer means, and agree with themselves: what
 * passes here lets nobody read beside the memory. */

#include <stdbool.h>
#include <string.h>

#include "tables.h"
#include "checksum.c"

static const char TABLES_MAGIC[8] = "fmtable";

/* What is wrong with the header, or NULL. */
static const char *header_fault(const Header *header)
{
    if (memcmp(header->magic, TABLES_MAGIC, sizeof TABLES_MAGIC) != 0)
        return "it holds no tables of packfmu";
    if (header->version != TABLES_VERSION || header->byte_order != 1)
        return "it has another version or byte order than this library reads";
    if (header->checksum != checksum(&header->content, sizeof *header - offsetof(Header, content)))
        return "it is damaged";
    if (strcmp(header->stamp, MODEL_STAMP) != 0)
        return "it belongs to another FMU or to another version of it, this library is " MODEL_IDENTIFIER " " MODEL_STAMP;
    if (header->guid[sizeof header->guid - 1] || header->identity[sizeof header->identity - 1]
        || header->layouts != LAYOUT_LENGTH || header->text == 0 || header->text % 8 != 0)
        return "it contradicts itself";
    return NULL;
}

/* Number of bytes that follow the header. */
static uint64_t content_size(const Header *header)
{
    return sizeof(double) * ((uint64_t)header->numbers[P] + header->numbers[U])
           + sizeof(int64_t) * ((uint64_t)header->numbers[C] + header->layouts)
           + sizeof(Variable) * (uint64_t)header->variables + sizeof(Refusal) * (uint64_t)header->refusals
           + sizeof(Piece) * (uint64_t)header->pieces + header->text;
}

/* Find the places of what an instance remembers. */
static Offsets offsets(const uint32_t numbers[BLOCKS])
{
    Offsets at;
    at.u = numbers[P];
    at.y = at.u + numbers[U];
    at.x = at.y + numbers[Y];
    at.slopes = at.x + numbers[X];
    at.held = at.slopes + numbers[U];
    at.before = at.held + numbers[U];
    at.rates = at.before + at.slopes;
    at.former = at.rates + numbers[Y];
    at.end = at.former + numbers[Y];
    return at;
}

/* Tell the tables where their parts are in what follows the header; the first layout is where all begin. */
static void divide(Tables *tables, void *content)
{
    const Header *header = &tables->header;
    tables->start = content;
    tables->constants = (int64_t *)content + header->numbers[P] + header->numbers[U];
    tables->layouts[X] = tables->constants + header->numbers[C];
    tables->variables = (const Variable *)(tables->layouts[X] + header->layouts);
    tables->refusals = (const Refusal *)(tables->variables + header->variables);
    tables->pieces = (const Piece *)(tables->refusals + header->refusals);
    tables->text = (const char *)(tables->pieces + header->pieces);
}

/* The number of scalars of a field of this structure, and both pointers behind its extents; UINT64_MAX where one of them does
 * not fit. There are at most two. */
static uint64_t field_size(const int32_t **code, int64_t **entry)
{
    uint64_t size = 1;
    for (; **code >= ANY; ++*code, ++*entry) {
        if (**entry < 0 || **entry > UINT32_MAX || (**code != ANY && **entry != **code))
            return UINT64_MAX;
        size *= (uint64_t)**entry;
    }
    return size;
}

/* How far blocks may lie one within another. */
enum { MOST_BLOCKS = 8 };

/* Whether a layout is one of this structure, with the fields one after the other and `number` scalars in all; then both
 * pointers are moved behind it. */
static bool is_layout(const int32_t **code, int64_t **entry, uint64_t number)
{
    uint64_t end = 0, outside[MOST_BLOCKS], size;
    int32_t kind;
    int depth = 0;
    while ((kind = *(*code)++) != STOP) {
        if (kind == LEAVE) {
            end += outside[--depth];
            continue;
        }
        if (*(*entry)++ != (int64_t)end)
            return false;
        if (kind == BLOCK) {
            if (depth == MOST_BLOCKS)
                return false;
            outside[depth++] = end;
            end = 0;
            continue;
        }
        size = field_size(code, entry);
        if (size > number)
            return false;
        end += size;
    }
    return end == number;
}

/* Find the layouts; whether each fits the structure and its block. */
static bool find_layouts(Tables *tables)
{
    const int32_t *code = structures;
    int64_t *entry = tables->layouts[X];
    for (int block = X; block < BLOCKS; ++block) {
        tables->layouts[block] = entry;
        if (!is_layout(&code, &entry, tables->header.numbers[block]))
            return false;
    }
    return true;
}

/* Whether a variable lies from `first` on in the block of its role. */
static bool is_variable(const Tables *tables, const Offsets *at, const Variable *variable, uint64_t first)
{
    uint64_t rows = variable->rank > 0 ? variable->extent[0] : 1, columns = variable->rank > 1 ? variable->extent[1] : 1;
    int role = variable->role;
    size_t begin = role == INPUT ? at->u : role == OUTPUT ? at->y : role == STATE ? at->x : 0;
    size_t end = role == INPUT ? at->y : role == OUTPUT ? at->x : role == STATE ? at->slopes : at->u;
    return variable->role < ROLES && variable->kind < KINDS && variable->rank <= 2 && variable->count == rows * columns
           && variable->first == first && begin <= first && first + variable->count <= end
           && variable->name < tables->header.text && variable->unit < tables->header.text;
}

/* Whether the variables leave no gap in the memory of interface and states. */
static bool are_variables(const Tables *tables, const Offsets *at)
{
    uint64_t first = 0;
    for (uint32_t i = 0; i < tables->header.variables; ++i) {
        if (!is_variable(tables, at, tables->variables + i, first))
            return false;
        first += tables->variables[i].count;
    }
    return first == at->slopes;
}

/* Whether the texts of refusals are there, and the values in them. */
static bool are_refusals(const Tables *tables, const Offsets *at)
{
    const Header *header = &tables->header;
    for (uint32_t i = 0; i < header->refusals; ++i) {
        const Refusal *refusal = tables->refusals + i;
        if (refusal->first > header->pieces || refusal->count > header->pieces - refusal->first)
            return false;
    }
    for (uint32_t i = 0; i < header->pieces; ++i) {
        const Piece *piece = tables->pieces + i;
        if (piece->literal >= header->text || piece->form >= FORMS || piece->digits > MOST_DIGITS
            || (piece->form != PLAIN && piece->place >= at->slopes))
            return false;
    }
    return true;
}

/* Find the parts of tables in what follows their header; say what is wrong with them, or return NULL. */
static const char *tables_fault(Tables *tables, const Offsets *at, void *content)
{
    size_t size = content_size(&tables->header);
    divide(tables, content);
    if (checksum(content, size) != tables->header.content)
        return "it is damaged";
    if (tables->text[tables->header.text - 1] != '\0' || !find_layouts(tables) || !are_variables(tables, at)
        || !are_refusals(tables, at))
        return "it contradicts itself";
    return NULL;
}
