/* The equations of models/cell, written by hand. */
#include <math.h>
#include <string.h>

#include "cell.h"

#define GAS_CONSTANT 8.31446261815324
#define NONE 1e300                /* time constant of what never changes [s] */
#define GONE 1e-150               /* a smaller voltage counts as 0 */
#define LEAST_HYSTERESIS 1e-12    /* a smaller bound counts as 0 [V] */
#define SOC_TOLERANCE 0.01        /* timescale_soc is the time of such a change */

typedef struct {
    int segment;
    double position, inside; /* inside: held to 0 .. 1 */
} Place;

static inline Place locate(double soc)
{
    double at = soc * (NODES - 1);
    int segment = (int)at;
    double position;
    segment = segment < 0 ? 0 : segment > NODES - 2 ? NODES - 2 : segment;
    position = at - segment;
    return (Place){segment, position, position < 0.0 ? 0.0 : position > 1.0 ? 1.0 : position};
}

static inline double value(const double *table, Place p)
{
    return table[p.segment] + p.position * (table[p.segment + 1] - table[p.segment]);
}

static inline double bounded(const double *table, Place p)
{
    return table[p.segment] + p.inside * (table[p.segment + 1] - table[p.segment]);
}

static inline double slope(const double *table, Place p)
{
    return (table[p.segment + 1] - table[p.segment]) * (NODES - 1);
}

/* Mean over the way between two places; they mostly lie in one segment. */
static inline double mean(const double *table, Place a, Place b)
{
    double sum;
    if (a.segment == b.segment)
        return 0.5 * (value(table, a) + value(table, b));
    if (a.segment > b.segment) {
        Place c = a;
        a = b;
        b = c;
    }
    sum = (1.0 - a.position) * (value(table, a) + table[a.segment + 1])
        + b.position * (table[b.segment] + value(table, b));
    for (int i = a.segment + 1; i < b.segment; ++i)
        sum += table[i] + table[i + 1];
    return 0.5 * sum / (1.0 - a.position + (b.segment - a.segment - 1) + b.position);
}

static inline double open_circuit(const Cells *c, int k, Place p)
{
    return value(c->v.open_circuit_voltage, p)
        + (c->s.factor_temperature[k] - c->v.reference_temperature) * value(c->v.entropic_coefficient, p)
        + c->v.open_circuit_offset[k];
}

static inline double capacitance(const Cells *c, int k, int j, Place p)
{
    return c->v.pair_capacitance_scale[k][j] * bounded(c->v.pair_capacitance[j], p);
}

static inline double hysteresis_bound(const Cells *c, int k)
{
    double bound = c->v.hysteresis_scale[k] * c->v.hysteresis_bound;
    return bound >= LEAST_HYSTERESIS ? bound : 0.0;
}

static void heat_up(Cells *c, int k)
{
    double scale = c->v.resistance_scale[k];
    double x = (1.0 / c->v.temperature[k] - 1.0 / c->v.reference_temperature) / GAS_CONSTANT;
    c->s.factor_temperature[k] = c->v.temperature[k];
    c->s.ohmic_factor[k] = scale * c->v.ohmic_scale[k] * exp(c->v.ohmic_energy * x);
    for (int j = 0; j < PAIRS; ++j)
        c->s.pair_factor[k][j] = scale * c->v.pair_resistance_scale[k][j] * exp(c->v.pair_energy[j] * x);
    c->s.self_discharge[k] = c->v.self_discharge_current[k] * exp(-c->v.self_discharge_energy * x);
}

/* Include the sensitivities of a cell; return dU/dz. Its resistances are given in all, and times their energies. */
static inline double include_sensitivities(Cells *c, int k, Place p, double total, double activated)
{
    double i = c->held_current[k], temperature = c->s.factor_temperature[k];
    double by_soc = slope(c->v.open_circuit_voltage, p)
        + (temperature - c->v.reference_temperature) * slope(c->v.entropic_coefficient, p);
    double by_temperature = value(c->v.entropic_coefficient, p)
        - i * activated / (GAS_CONSTANT * temperature * temperature);
    c->v.sensitivity_soc = fmax(c->v.sensitivity_soc, fabs(by_soc));
    c->v.sensitivity_temperature = fmax(c->v.sensitivity_temperature, fabs(by_temperature));
    c->v.sensitivity_growth = fmax(c->v.sensitivity_growth, fabs(i) * total);
    return by_soc;
}

/* v(t + lookahead) = emf + resistance * current, linearised about the last current. */
static inline void offer_port(Cells *c, int k)
{
    double i = c->held_current[k], ahead = c->v.lookahead, capacity = c->v.capacity[k];
    double per_current = (i > 0.0 ? c->v.coulombic_efficiency[k] : 1.0) * ahead / capacity;
    double drift = per_current * i - ahead * c->s.self_discharge[k] / capacity;
    Place end = locate(c->v.soc[k] + drift), middle = locate(c->v.soc[k] + 0.5 * drift);
    double ohmic = c->s.ohmic_factor[k] * bounded(c->v.ohmic_resistance, end);
    double voltage = open_circuit(c, k, end) + ohmic * i, resistance = ohmic;
    double total = ohmic, activated = c->v.ohmic_energy * ohmic, m = hysteresis_bound(c, k);
    for (int j = 0; j < PAIRS; ++j) {
        double r = c->s.pair_factor[k][j] * bounded(c->v.pair_resistance[j], middle);
        double time_constant = r * capacitance(c, k, j, middle);
        double remaining = exp(-ahead / time_constant), settled = r * i;
        c->v.timescale_fastest = fmin(c->v.timescale_fastest, time_constant);
        c->v.timescale_slowest = fmax(c->v.timescale_slowest, time_constant);
        total += r;
        activated += c->v.pair_energy[j] * r;
        voltage += settled + (c->s.pair_voltage[k][j] - settled) * remaining;
        resistance += r * (1.0 - remaining);
    }
    if (m != 0.0) {
        double y = c->s.hysteresis[k], per = c->v.hysteresis_rate / capacity;
        double by_charge = per * i, rate = fabs(by_charge) + c->v.hysteresis_decay;
        double gone = -expm1(-rate * ahead), area = rate > 0.0 ? gone / rate : ahead;
        double derivative = m * area;
        if (by_charge != 0.0) {
            derivative += m * fabs(by_charge) * (ahead * (1.0 - gone) - area) / rate;
            derivative -= copysign(ahead * (1.0 - gone), by_charge) * y;
        }
        voltage += y * (1.0 - gone) + m * by_charge * area;
        resistance += per * derivative;
    }
    resistance += per_current * include_sensitivities(c, k, end, total, activated);
    c->v.emf[k] = voltage - resistance * i;
    c->v.resistance[k] = resistance;
}

/* dv/dt = rate (settled - v) over h: the end, and the integrals of v and v squared. */
static inline double relax(double v, double settled, double rate, double h, double *integral, double *square)
{
    double distance = v - settled, gone = -expm1(-rate * h), area = rate > 0.0 ? gone / rate : h;
    *integral = h * settled + distance * area;
    *square = settled * (*integral + distance * area) + distance * distance * area * (1.0 - 0.5 * gone);
    v -= distance * gone;
    return fabs(v) > GONE ? v : 0.0;
}

static inline void step_cell(Cells *c, int k, double h)
{
    double i = c->v.current[k], temperature = c->v.temperature[k], capacity = c->v.capacity[k];
    double stored = i > 0.0 ? c->v.coulombic_efficiency[k] * i - c->s.self_discharge[k] : i - c->s.self_discharge[k];
    double begin = c->v.soc[k], small = c->s.remainder[k] + h * stored / capacity, end = begin + small;
    double cut_off = small - (end - begin), integral = 0.0, kept = 0.0, lost = 0.0, booked = 0.0, area, square;
    Place a = locate(begin), b = locate(end), middle = locate(0.5 * (begin + end));
    double ohmic = c->s.ohmic_factor[k] * bounded(c->v.ohmic_resistance, middle);
    double entropic = mean(c->v.entropic_coefficient, a, b);
    double potential = mean(c->v.open_circuit_voltage, a, b) + c->v.open_circuit_offset[k];
    double warm = potential + (temperature - c->v.reference_temperature) * entropic, heat;
    double voltage = 0.0, m = hysteresis_bound(c, k);
    c->greatest_rise = fmax(c->greatest_rise, fabs(h * stored / capacity));
    c->held_current[k] = i;
    c->v.charge += h * i;
    c->v.stored_charge += capacity * (end - begin + (cut_off - c->s.remainder[k]));
    c->v.lost_charge += h * (i - stored);
    c->v.soc[k] = end;
    c->s.remainder[k] = cut_off;
    for (int j = 0; j < PAIRS; ++j) {
        double r = c->s.pair_factor[k][j] * bounded(c->v.pair_resistance[j], middle);
        double f = capacitance(c, k, j, middle);
        double v0 = c->s.pair_voltage[k][j], v1 = relax(v0, r * i, 1.0 / (r * f), h, &area, &square);
        c->s.pair_voltage[k][j] = v1;
        voltage += v1;
        integral += area;
        lost += square / r;
        kept += 0.5 * f * (v1 - v0) * (v1 + v0);
        booked += 0.5 * (capacitance(c, k, j, b) - f) * v1 * v1 - 0.5 * (capacitance(c, k, j, a) - f) * v0 * v0;
    }
    if (m != 0.0) {
        double f = capacity / (c->v.hysteresis_rate * m);
        double by_charge = c->v.hysteresis_rate * i / capacity, rate = fabs(by_charge) + c->v.hysteresis_decay;
        double y0 = c->s.hysteresis[k];
        double y1 = relax(y0, rate > 0.0 ? m * by_charge / rate : 0.0, rate, h, &area, &square);
        c->s.hysteresis[k] = y1;
        voltage += y1;
        integral += area;
        lost += rate * f * square;
        kept += 0.5 * f * (y1 - y0) * (y1 + y0);
    }
    heat = h * (i * i * ohmic + stored * temperature * entropic + (i - stored) * warm) + lost;
    c->v.heat_rate[k] = heat / h;
    c->v.heat += heat;
    c->v.electrical_energy += i * (h * (warm + ohmic * i) + integral);
    c->v.stored_energy += h * stored * (potential - c->v.reference_temperature * entropic) + kept;
    c->v.table_energy += booked;
    c->v.voltage[k] = open_circuit(c, k, b) + c->s.ohmic_factor[k] * bounded(c->v.ohmic_resistance, b) * i + voltage;
}

static void clear_reports(Cells *c)
{
    c->v.timescale_fastest = NONE;
    c->v.timescale_slowest = 0.0;
    c->v.sensitivity_soc = c->v.sensitivity_temperature = c->v.sensitivity_growth = 0.0;
}

static void clear_sums(Cells *c)
{
    clear_reports(c);
    c->greatest_rise = 0.0;
    c->v.electrical_energy = c->v.stored_energy = c->v.heat = c->v.table_energy = 0.0;
    c->v.charge = c->v.stored_charge = c->v.lost_charge = 0.0;
}

static Extremes extremes(const double *values)
{
    int least = 0, greatest = 0;
    double sum = 0.0;
    for (int k = 0; k < CELLS; ++k) {
        sum += values[k];
        if (values[k] < values[least])
            least = k;
        if (values[k] > values[greatest])
            greatest = k;
    }
    return (Extremes){values[least], values[greatest], sum / CELLS, least + 1, greatest + 1};
}

static void summarise(Cells *c, double h)
{
    c->v.timescale_soc = c->greatest_rise > 0.0 ? fmin(SOC_TOLERANCE * h / c->greatest_rise, NONE) : NONE;
    c->v.voltage_extremes = extremes(c->v.voltage);
    c->v.soc_extremes = extremes(c->v.soc);
}

void cells_offer_ports(Cells *c)
{
    clear_reports(c);
    for (int k = 0; k < CELLS; ++k)
        offer_port(c, k);
}

void cells_initialise(Cells *c)
{
    memset(&c->s, 0, sizeof c->s);
    memset(c->held_current, 0, sizeof c->held_current);
    clear_sums(c);
    for (int k = 0; k < CELLS; ++k) {
        c->v.soc[k] = c->v.initial_soc[k];
        c->s.hysteresis[k] = c->v.initial_hysteresis[k] * hysteresis_bound(c, k);
        for (int j = 0; j < PAIRS; ++j)
            c->s.pair_voltage[k][j] = c->v.initial_pair_voltage[k][j];
        heat_up(c, k);
        c->v.heat_rate[k] = 0.0;
        c->v.voltage[k] = open_circuit(c, k, locate(c->v.soc[k])) + c->s.hysteresis[k];
        for (int j = 0; j < PAIRS; ++j)
            c->v.voltage[k] += c->s.pair_voltage[k][j];
    }
    cells_offer_ports(c);
    summarise(c, 0.0);
}

void cells_step(Cells *c, double h)
{
    clear_sums(c);
    for (int k = 0; k < CELLS; ++k) {
        if (c->s.factor_temperature[k] != c->v.temperature[k])
            heat_up(c, k);
        step_cell(c, k, h);
        offer_port(c, k);
    }
    summarise(c, h);
}
