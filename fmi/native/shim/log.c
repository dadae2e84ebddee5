/* Messages through the importer's logger, and the calls that decide about them. */

static const char *const CATEGORIES[] = {[fmi2Discard] = "logStatusDiscard", [fmi2Error] = "logStatusError"};

enum { ALL_LOGGED = 1 << fmi2Discard | 1 << fmi2Error };

/* Number of bytes of the UTF-8 sequence that starts here; 0 where none does. */
static size_t sequence_length(const unsigned char *text)
{
    unsigned char first = text[0];
    size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < length; ++i)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

/* Copy a text as FMI's logger wants it: as a format of printf that names no variables, in UTF-8. */
static void copy_printable(char *target, const char *text)
{
    while (*text) {
        size_t length = sequence_length((const unsigned char *)text);
        if (*text == '%' || *text == '#')
            *target++ = *text;
        if (length == 0) {
            *target++ = '?';
            ++text;
        }
        for (; length > 0; --length)
            *target++ = *text++;
    }
    *target = '\0';
}

static void send(const fmi2CallbackFunctions *callbacks, fmi2String name, fmi2Status status, const char *text)
{
    char printable[2 * TEXT_SIZE];
    if (!callbacks->logger)
        return;
    copy_printable(printable, text);
    callbacks->logger(callbacks->componentEnvironment, name, status, CATEGORIES[status], printable);
}

/* Log why a call ends with this status, unless that was the last thing to be logged, and return the status. */
static fmi2Status report(const Instance *instance, fmi2Status status, const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list arguments;
    if (!(instance->logged & 1u << status))
        return status;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (strcmp(text, instance->told) != 0)
        send(&instance->callbacks, instance->name, status, strcpy(instance->told, text));
    return status;
}

/* A number as the messages show it; the sign of a NaN says nothing. */
static const char *number(char *text, size_t size, double value)
{
    snprintf(text, size, "%.9g", value);
    return isnan(value) ? "nan" : text;
}

static const char *phase_name(uint32_t phase)
{
    switch (phase) {
    case INSTANTIATED: return "instantiated";
    case INITIALISATION: return "in initialisation mode";
    case STEPPING: return "ready to step";
    default: return "terminated";
    }
}

/* Whether the instance exists and the call may be made now. */
static bool may_call(const Instance *instance, const char *call, unsigned phases)
{
    if (!instance)
        return false;
    if (instance->flags.phase & phases)
        return true;
    report(instance, fmi2Error, "%s is out of sequence: the FMU is %s", call, phase_name(instance->flags.phase));
    return false;
}

/* Whether an array of this length was given. */
static bool is_given(const Instance *instance, const char *call, const void *array, size_t length)
{
    if (array || length == 0)
        return true;
    report(instance, fmi2Error, "%s: an argument is NULL", call);
    return false;
}

const char *fmi2GetTypesPlatform(void)
{
    return fmi2TypesPlatform;
}

const char *fmi2GetVersion(void)
{
    return fmi2Version;
}

static unsigned category_bit(fmi2String name)
{
    for (unsigned status = fmi2Discard; status <= fmi2Error; ++status)
        if (name && strcmp(name, CATEGORIES[status]) == 0)
            return 1u << status;
    return 0;
}

fmi2Status fmi2SetDebugLogging(fmi2Component c, fmi2Boolean loggingOn, size_t nCategories, const fmi2String categories[])
{
    Instance *instance = c;
    unsigned named = 0;
    if (!may_call(instance, __func__, ANY_PHASE) || !is_given(instance, __func__, categories, nCategories))
        return fmi2Error;
    for (size_t i = 0; i < nCategories; ++i) {
        unsigned bit = category_bit(categories[i]);
        if (!bit)
            return report(instance, fmi2Error, "%s: there is no log category %s", __func__,
                        categories[i] ? categories[i] : "NULL");
        named |= bit;
    }
    if (!loggingOn)
        instance->logged &= ~named; /* without names this concerns debugging messages, of which there are none */
    else
        instance->logged |= nCategories == 0 ? ALL_LOGGED : named;
    return fmi2OK;
}
