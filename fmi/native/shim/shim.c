/* The FMI 2.0 co-simulation interface of one model, in one translation unit: model.h says which model, and the tables
 * in its resources of which size.
 *
 * A call that is refused changes nothing, not even the place in the call sequence. Nothing is kept outside of the
 * instances, so they may be used from as many threads as there are instances.
 */
#include "shim.h"

#include "log.c"
#include "tables.c"
#include "variables.c"
#include "refusal.c"
#include "settle.c"
#include "resources.c"
#include "instance.c"
#include "access.c"
#include "step.c"
#include "derivatives.c"
#include "state.c"
