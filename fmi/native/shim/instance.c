/* The life of an instance: from fmi2Instantiate to fmi2FreeInstance. */

/* Set everything to its start. */
static void start_anew(Instance *instance)
{
    memset(instance->memory, 0, sizeof(double) * AT_START);
    memcpy(instance->memory, instance->memory + AT_START, sizeof(double) * (N_P + N_U));
    instance->flags = (Flags){.phase = INSTANTIATED, .stale = EVERYTHING};
}

/* What is wrong with the arguments of fmi2Instantiate, or NULL. */
static const char *misfit(fmi2String name, fmi2Type type, fmi2String guid, const fmi2CallbackFunctions *functions)
{
    if (!functions->allocateMemory || !functions->freeMemory)
        return "the callbacks for memory are missing";
    if (!name || !name[strspn(name, " \t\r\n")])
        return "the instance has no name";
    if (type != fmi2CoSimulation)
        return "the FMU is for co-simulation only";
    if (!guid || strcmp(guid, MODEL_GUID) != 0)
        return "the GUID is not that of this FMU, " MODEL_GUID;
    return NULL;
}

fmi2Component fmi2Instantiate(fmi2String instanceName, fmi2Type fmuType, fmi2String fmuGUID,
                              fmi2String fmuResourceLocation, const fmi2CallbackFunctions *functions,
                              fmi2Boolean visible, fmi2Boolean loggingOn)
{
    const char *fault;
    Instance *instance;
    (void)visible;
    (void)loggingOn; /* turns on debugging messages, of which there are none: refusals and errors are always reported */
    if (!functions)
        return NULL;
    fault = misfit(instanceName, fmuType, fmuGUID, functions);
    instance = fault ? NULL : functions->allocateMemory(1, sizeof *instance + strlen(instanceName) + 1);
    if (!instance) {
        send(functions, instanceName ? instanceName : "", fmi2Error, fault ? fault : "there is no memory left");
        return NULL;
    }
    instance->callbacks = *functions;
    instance->name = strcpy((char *)(instance + 1), instanceName);
    instance->logged = ALL_LOGGED;
    if (!read_start(instance, fmuResourceLocation)) {
        functions->freeMemory(instance);
        return NULL;
    }
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
    memcpy(instance->memory + AT_LAST, instance->memory + AT_Y, sizeof(double) * N_Y);
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
