/* The life of an instance: from fmi2Instantiate to fmi2FreeInstance. */

/* Set everything to its start. */
static void start_anew(Instance *instance)
{
    memset(instance->memory, 0, sizeof(double) * instance->at.end);
    memcpy(instance->memory, instance->tables.start, sizeof(double) * instance->at.y);
    hold_inputs(instance);
    instance->flags = (Flags){.phase = INSTANTIATED, .stale = EVERYTHING};
    instance->is_refused = instance->has_rates = false;
    instance->told[0] = '\0';
}

/* What is wrong with the arguments of fmi2Instantiate, or NULL. */
static const char *misfit(fmi2String name, fmi2Type type, const fmi2CallbackFunctions *functions)
{
    if (!functions->allocateMemory || !functions->freeMemory)
        return "the callbacks for memory are missing";
    if (!name || !name[strspn(name, " \t\r\n")])
        return "the instance has no name";
    if (type != fmi2CoSimulation)
        return "the FMU is for co-simulation only";
    return NULL;
}

/* Read the header of an open file; say what is wrong with it, or return NULL. */
static const char *read_header(FILE *file, Header *header, fmi2String guid, char *text, size_t size)
{
    const char *fault = "it is cut off";
    if (fread(header, 1, sizeof *header, file) == sizeof *header)
        fault = header_fault(header);
    if (fault || (guid && strcmp(guid, header->guid) == 0))
        return fault;
    snprintf(text, size, "it belongs to the FMU %s, not to %s", header->guid, guid ? guid : "NULL");
    return text;
}

/* Return an instance of the size that the header of a draft tells; NULL, having said so, where there is no memory. Behind
 * the content of the tables lie the message that was logged last, and the name. */
static Instance *provide_instance(const Instance *draft)
{
    size_t content = content_size(&draft->tables.header);
    Offsets at = offsets(draft->tables.header.numbers);
    size_t size = sizeof *draft + sizeof(double) * at.end + content + TEXT_SIZE + strlen(draft->name) + 1;
    Instance *instance = draft->callbacks.allocateMemory(1, size);
    if (!instance) {
        report(draft, fmi2Error, "there is no memory left");
        return NULL;
    }
    *instance = *draft;
    instance->at = at;
    instance->told = (char *)(instance->memory + at.end) + content;
    instance->name = strcpy(instance->told + TEXT_SIZE, draft->name);
    return instance;
}

/* Read what follows the header; say what is wrong with it, or return NULL. */
static const char *read_content(FILE *file, Instance *instance, char *text, size_t size)
{
    size_t length = content_size(&instance->tables.header);
    void *content = instance->memory + instance->at.end;
    const char *fault;
    if (fread(content, 1, length, file) != length)
        return "it is cut off";
    if (fgetc(file) != EOF)
        return "it is longer than it says";
    fault = tables_fault(&instance->tables, &instance->at, content);
    if (fault)
        return fault;
    return values_fit(&instance->tables, instance->tables.start, 0, instance->at.y, text, size) ? NULL : text;
}

/* Return an instance with the tables in an open file; NULL, having said why, where that fails. */
static Instance *read_instance(Instance *draft, FILE *file, fmi2String guid, fmi2String location)
{
    char text[TEXT_SIZE];
    const char *fault = read_header(file, &draft->tables.header, guid, text, sizeof text);
    Instance *instance = fault ? NULL : provide_instance(draft);
    if (instance)
        fault = read_content(file, instance, text, sizeof text);
    if (!fault)
        return instance;
    if (instance)
        draft->callbacks.freeMemory(instance);
    report(draft, fmi2Error, "model.bin at %s: %s", location, fault);
    return NULL;
}

fmi2Component fmi2Instantiate(fmi2String instanceName, fmi2Type fmuType, fmi2String fmuGUID,
                              fmi2String fmuResourceLocation, const fmi2CallbackFunctions *functions,
                              fmi2Boolean visible, fmi2Boolean loggingOn)
{
    char told[TEXT_SIZE] = "";
    Instance draft = {.logged = ALL_LOGGED, .told = told}, *instance;
    const char *fault;
    FILE *file;
    (void)visible;
    (void)loggingOn; /* turns on debugging messages, of which there are none: refusals and errors are always reported */
    if (!functions)
        return NULL;
    draft.callbacks = *functions;
    draft.name = instanceName ? instanceName : "";
    fault = misfit(instanceName, fmuType, functions);
    if (fault) {
        report(&draft, fmi2Error, "%s", fault);
        return NULL;
    }
    file = open_tables(&draft, fmuResourceLocation);
    if (!file)
        return NULL;
    instance = read_instance(&draft, file, fmuGUID, fmuResourceLocation);
    fclose(file);
    if (instance)
        start_anew(instance);
    return instance;
}

void fmi2FreeInstance(fmi2Component c)
{
    Instance *instance = c;
    if (instance)
        instance->callbacks.freeMemory(instance);
}

fmi2Status fmi2SetupExperiment(fmi2Component c, fmi2Boolean toleranceDefined, fmi2Real tolerance, fmi2Real startTime,
                               fmi2Boolean stopTimeDefined, fmi2Real stopTime)
{
    Instance *instance = c;
    (void)toleranceDefined;
    (void)tolerance; /* the models choose no steps of their own */
    if (!may_call(instance, __func__, INSTANTIATED))
        return fmi2Error;
    if (!isfinite(startTime))
        return report(instance, fmi2Error, "the start time must be finite; it is %.9g s", startTime);
    if (stopTimeDefined && !(isfinite(stopTime) && stopTime >= startTime))
        return report(instance, fmi2Error, "the stop time must be finite and not before the start time; it is %.9g s and "
                    "the start time %.9g s", stopTime, startTime);
    instance->flags.is_set_up = 1;
    instance->flags.time = startTime;
    instance->flags.has_stop_time = stopTimeDefined ? 1 : 0;
    instance->flags.stop_time = stopTimeDefined ? stopTime : 0.0;
    return fmi2OK;
}

fmi2Status fmi2EnterInitializationMode(fmi2Component c)
{
    Instance *instance = c;
    if (!may_call(instance, __func__, INSTANTIATED))
        return fmi2Error;
    if (!instance->flags.is_set_up)
        return report(instance, fmi2Error, "%s is out of sequence: fmi2SetupExperiment comes before it", __func__);
    instance->flags.phase = INITIALISATION;
    return fmi2OK;
}

fmi2Status fmi2ExitInitializationMode(fmi2Component c)
{
    Instance *instance = c;
    char text[TEXT_SIZE];
    if (!may_call(instance, __func__, INITIALISATION))
        return fmi2Error;
    if (!settle(instance, text, sizeof text))
        return report(instance, fmi2Error, "the initialisation failed: %s", text);
    instance->flags.phase = STEPPING;
    return fmi2OK;
}

fmi2Status fmi2Terminate(fmi2Component c)
{
    Instance *instance = c;
    if (!may_call(instance, __func__, STEPPING))
        return fmi2Error;
    instance->flags.phase = TERMINATED;
    return fmi2OK;
}

fmi2Status fmi2Reset(fmi2Component c)
{
    Instance *instance = c;
    if (!may_call(instance, __func__, ANY_PHASE))
        return fmi2Error;
    start_anew(instance);
    return fmi2OK;
}
