/* The file with the tables of the model, resources/model.bin: where it is. */

#define TABLES_FILE "/model.bin"

static char lower_case(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static int hexadecimal(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = digit ? strchr(digits, lower_case(digit)) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* Decode %20 and its like in place; false where it is malformed or stands for a zero. */
static bool decode(char *text)
{
    char *target = text;
    for (; *text; ++text, ++target) {
        *target = *text;
        if (*text != '%')
            continue;
        int high = hexadecimal(text[1]), low = high < 0 ? -1 : hexadecimal(text[2]);
        if (low < 0 || (high == 0 && low == 0))
            return false;
        *target = (char)(16 * high + low);
        text += 2;
    }
    *target = '\0';
    return true;
}

static bool begins_with(const char *text, const char *wanted)
{
    for (; *wanted; ++text, ++wanted)
        if (lower_case(*text) != *wanted)
            return false;
    return true;
}

#ifdef _WIN32
#include <wchar.h>

/* Where the path begins in a file URI, else NULL: a drive after any number of slashes, or a name from a root; and
 * file://server/share is what Windows calls //server/share. */
static const char *path_after(const char *rest)
{
    const char *drive = rest + strspn(rest, "/");
    if (lower_case(*drive) >= 'a' && lower_case(*drive) <= 'z' && (drive[1] == ':' || begins_with(drive + 1, "%3a")))
        return drive;
    if (*rest != '/')
        return NULL;
    return begins_with(rest, "///") ? rest + 2 : rest;
}

/* Open a file by a name in UTF-8. */
static FILE *open_file(const char *path)
{
    wchar_t wide[2048];
    size_t length = 0;
    while (*path && length + 2 < sizeof wide / sizeof *wide) {
        const unsigned char *byte = (const unsigned char *)path;
        size_t count = sequence_length(byte);
        uint32_t point = count <= 1 ? byte[0] : byte[0] & (0x7fu >> count);
        if (count == 0)
            return NULL;
        for (size_t i = 1; i < count; ++i)
            point = point << 6 | (byte[i] & 0x3fu);
        if (point >= 0x10000) {
            wide[length++] = (wchar_t)(0xd7c0 + (point >> 10));
            point = 0xdc00 | (point & 0x3ff);
        }
        wide[length++] = (wchar_t)point;
        path += count;
    }
    wide[length] = L'\0';
    return *path ? NULL : _wfopen(wide, L"rb");
}
#else
/* Where the path begins in a file URI, else NULL: file:/path, file:///path, and file:////path as ecos 0.7 has it. */
static const char *path_after(const char *rest)
{
    if (begins_with(rest, "///"))
        rest += strspn(rest, "/") - 1;
    return rest[0] == '/' && rest[1] != '/' ? rest : NULL;
}

static FILE *open_file(const char *path)
{
    return fopen(path, "rb");
}
#endif

/* Where the path begins in a file URI, of which localhost is no part; else NULL. */
static const char *path_of(const char *uri)
{
    if (!uri || !begins_with(uri, "file:"))
        return NULL;
    uri += strlen("file:");
    return path_after(begins_with(uri, "//localhost/") ? uri + strlen("//localhost") : uri);
}

/* Open the tables in a folder; NULL, having said why, where that fails. */
static FILE *open_tables(const Instance *draft, fmi2String resource_location)
{
    const char *path = path_of(resource_location);
    char *name;
    FILE *file;
    if (!path) {
        report(draft, fmi2Error, "the resource location must be a file URI; it is %s",
               resource_location ? resource_location : "NULL");
        return NULL;
    }
    name = draft->callbacks.allocateMemory(strlen(path) + sizeof TABLES_FILE, 1);
    if (!name) {
        report(draft, fmi2Error, "there is no memory left");
        return NULL;
    }
    strcpy(name, path);
    file = decode(name) ? open_file(strcat(name, TABLES_FILE)) : NULL;
    draft->callbacks.freeMemory(name);
    if (!file)
        report(draft, fmi2Error, "model.bin at %s: it cannot be opened", resource_location);
    return file;
}
