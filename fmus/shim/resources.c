/* The start values that differ from FMU to FMU of one library: resources/start.bin. */

#define START_FILE "/start.bin"

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

/* Where the path begins in a file URI: file:/path, file:///path, file:////path, file://localhost/path; else NULL. */
static const char *path_of(const char *uri)
{
    bool is_local;
    if (!uri || !begins_with(uri, "file:/"))
        return NULL;
    uri += 5;
    is_local = begins_with(uri, "///");
    if (begins_with(uri, "//localhost/"))
        uri += 11;
    else if (is_local)
        uri += 2;
#ifdef _WIN32
    if (uri[0] == '/' && lower_case(uri[1]) >= 'a' && lower_case(uri[1]) <= 'z'
        && (uri[2] == ':' || begins_with(uri + 2, "%3a")))
        ++uri;
    return uri; /* file://server/share is what Windows calls //server/share */
#else
    while (is_local && uri[1] == '/') /* file:////path, as ecos 0.7 has it */
        ++uri;
    return uri[1] == '/' ? NULL : uri;
#endif
}

#ifdef _WIN32
#include <wchar.h>

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
static FILE *open_file(const char *path)
{
    return fopen(path, "rb");
}
#endif

/* Read parameters and inputs from an open file; say what is wrong with it, or return NULL. */
static const char *read_values(FILE *file, double *values, char *text, size_t size)
{
    Place place = {0};
    if (fread(values, sizeof(double), N_P + N_U, file) != N_P + N_U || fgetc(file) != EOF)
        return "it does not hold the values of this FMU's parameters and inputs";
    for (uint32_t i = 0; i < N_P + N_U; ++i) {
        find(i, place.variable, &place);
        if (!fits(place.variable, values[i])) {
            describe_misfit(text, size, place, values[i]);
            return text;
        }
    }
    return NULL;
}

/* Read the start values into the instance; false, having said why, where that fails. */
static bool read_start(Instance *instance, fmi2String resource_location)
{
    char text[TEXT_SIZE];
    const char *path = path_of(resource_location), *fault = "it cannot be opened";
    char *name;
    FILE *file;
    if (!path) {
        tell(instance, fmi2Error, "the resource location must be a file URI; it is %s",
             resource_location ? resource_location : "NULL");
        return false;
    }
    name = instance->callbacks.allocateMemory(strlen(path) + sizeof START_FILE, 1);
    if (!name) {
        tell(instance, fmi2Error, "there is no memory left");
        return false;
    }
    strcpy(name, path);
    file = decode(name) ? open_file(strcat(name, START_FILE)) : NULL;
    if (file) {
        fault = read_values(file, instance->memory + AT_START, text, sizeof text);
        fclose(file);
    }
    instance->callbacks.freeMemory(name);
    if (fault)
        tell(instance, fmi2Error, "start.bin at %s: %s", resource_location, fault);
    return !fault;
}
