/* The equations of models/cell, written by hand. */
#include <math.h>
#include <string.h>

#include "cell.h"

#define GAS_CONSTANT 8.31446261815324

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
        + (c->s.factor_temperature[k] - c->v.reference_temperature) * value(c->v.entropic_coefficient, p);
}

static void heat_up(Cells *c, int k)
{
    double scale = c->v.resistance_scale[k];
    double x = (1.0 / c->v.temperature[k] - 1.0 / c->v.reference_temperature) / GAS_CONSTANT;
    c->s.factor_temperature[k] = c->v.temperature[k];
    c->s.ohmic_factor[k] = scale * exp(c->v.ohmic_energy * x);
    for (int j = 0; j < PAIRS; ++j)
        c->s.pair_factor[k][j] = scale * exp(c->v.pair_energy[j] * x);
    c->s.self_discharge[k] = c->v.self_discharge_current[k] * exp(-c->v.self_discharge_energy * x);
}

/* v(t + lookahead) = emf + resistance * current, linearised about the last current. */
static inline void offer_port(Cells *c, int k)
{
    double i = c->held_current[k], ahead = c->v.lookahead, capacity = c->v.capacity[k];
    double per_current = (i > 0.0 ? c->v.coulombic_efficiency[k] : 1.0) * ahead / capacity;
    double drift = per_current * i - ahead * c->s.self_discharge[k] / capacity;
    Place end = locate(c->v.soc[k] + drift), middle = locate(c->v.soc[k] + 0.5 * drift);
    double ohmic = c->s.ohmic_factor[k] * bounded(c->v.ohmic_resistance, end);
    double warmer = c->s.factor_temperature[k] - c->v.reference_temperature;
    double voltage = open_circuit(c, k, end) + ohmic * i;
    double resistance = ohmic
        + per_current * (slope(c->v.open_circuit_voltage, end) + warmer * slope(c->v.entropic_coefficient, end));
    for (int j = 0; j < PAIRS; ++j) {
        double r = c->s.pair_factor[k][j] * bounded(c->v.pair_resistance[j], middle);
        double remaining = exp(-ahead / (r * bounded(c->v.pair_capacitance[j], middle)));
        double settled = r * i;
        voltage += settled + (c->s.pair_voltage[k][j] - settled) * remaining;
        resistance += r * (1.0 - remaining);
    }
    if (c->v.hysteresis_bound != 0.0) {
        double m = c->v.hysteresis_bound, y = c->s.hysteresis[k], per = c->v.hysteresis_rate / capacity;
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
    c->v.emf[k] = voltage - resistance * i;
    c->v.resistance[k] = resistance;
}

/* dv/dt = rate (settled - v) over h: the end, and the integrals of v and v squared. */
static inline double relax(double v, double settled, double rate, double h, double *integral, double *square)
{
    double distance = v - settled, gone = -expm1(-rate * h), area = rate > 0.0 ? gone / rate : h;
    *integral = h * settled + distance * area;
    *square = settled * (*integral + distance * area) + distance * distance * area * (1.0 - 0.5 * gone);
    return v - distance * gone;
}

static inline void step_cell(Cells *c, int k, double h)
{
    double i = c->v.current[k], temperature = c->v.temperature[k], capacity = c->v.capacity[k];
    double stored = i > 0.0 ? c->v.coulombic_efficiency[k] * i - c->s.self_discharge[k] : i - c->s.self_discharge[k];
    double begin = c->v.soc[k], small = c->s.remainder[k] + h * stored / capacity, end = begin + small;
    double cut_off = small - (end - begin), integral = 0.0, kept = 0.0, lost = 0.0, booked = 0.0, area, square;
    Place a = locate(begin), b = locate(end), middle = locate(0.5 * (begin + end));
    double ohmic = c->s.ohmic_factor[k] * bounded(c->v.ohmic_resistance, middle);
    double entropic = mean(c->v.entropic_coefficient, a, b), potential = mean(c->v.open_circuit_voltage, a, b);
    double warm = potential + (temperature - c->v.reference_temperature) * entropic, heat;
    double voltage = 0.0;
    c->held_current[k] = i;
    c->v.charge += h * i;
    c->v.stored_charge += capacity * (end - begin + (cut_off - c->s.remainder[k]));
    c->v.lost_charge += h * (i - stored);
    c->v.soc[k] = end;
    c->s.remainder[k] = cut_off;
    for (int j = 0; j < PAIRS; ++j) {
        double r = c->s.pair_factor[k][j] * bounded(c->v.pair_resistance[j], middle);
        double f = bounded(c->v.pair_capacitance[j], middle);
        double v0 = c->s.pair_voltage[k][j], v1 = relax(v0, r * i, 1.0 / (r * f), h, &area, &square);
        c->s.pair_voltage[k][j] = v1;
        voltage += v1;
        integral += area;
        lost += square / r;
        kept += 0.5 * f * (v1 - v0) * (v1 + v0);
        booked += 0.5 * (bounded(c->v.pair_capacitance[j], b) - f) * v1 * v1
            - 0.5 * (bounded(c->v.pair_capacitance[j], a) - f) * v0 * v0;
    }
    if (c->v.hysteresis_bound != 0.0) {
        double m = c->v.hysteresis_bound, f = capacity / (c->v.hysteresis_rate * m);
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

static void clear_ledger(Cells *c)
{
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

static void summarise(Cells *c)
{
    c->v.voltage_extremes = extremes(c->v.voltage);
    c->v.soc_extremes = extremes(c->v.soc);
}

void cells_offer_ports(Cells *c)
{
    for (int k = 0; k < CELLS; ++k)
        offer_port(c, k);
}

void cells_initialise(Cells *c)
{
    memset(&c->s, 0, sizeof c->s);
    memset(c->held_current, 0, sizeof c->held_current);
    clear_ledger(c);
    for (int k = 0; k < CELLS; ++k) {
        c->v.soc[k] = c->v.initial_soc[k];
        heat_up(c, k);
        c->v.heat_rate[k] = 0.0;
        c->v.voltage[k] = open_circuit(c, k, locate(c->v.soc[k]));
    }
    cells_offer_ports(c);
    summarise(c);
}

void cells_step(Cells *c, double h)
{
    clear_ledger(c);
    for (int k = 0; k < CELLS; ++k) {
        if (c->s.factor_temperature[k] != c->v.temperature[k])
            heat_up(c, k);
        step_cell(c, k, h);
        offer_port(c, k);
    }
    summarise(c);
}
