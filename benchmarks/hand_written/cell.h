/* The variables of CELLS cells as Thévenin equivalent circuits with PAIRS RC pairs, tables of NODES over SOC at one
 * temperature.
 *
 * A value reference counts doubles from the begin of the structure: all variables of Cell.fmu, in its order.
 */
#ifndef CELL_H
#define CELL_H

typedef struct {
    double minimum, maximum, mean, minimum_cell, maximum_cell; /* cells by their number, from 1 */
} Extremes;

typedef struct {
    /* parameters of each cell, and of all */
    double capacity[CELLS], initial_soc[CELLS], resistance_scale[CELLS], coulombic_efficiency[CELLS];
    double self_discharge_current[CELLS];
    double ohmic_scale[CELLS], pair_resistance_scale[CELLS][PAIRS], pair_capacitance_scale[CELLS][PAIRS];
    double open_circuit_offset[CELLS], hysteresis_scale[CELLS];
    double open_circuit_voltage[NODES], entropic_coefficient[NODES], ohmic_resistance[NODES];
    double pair_resistance[PAIRS][NODES], pair_capacitance[PAIRS][NODES];
    double ohmic_energy, pair_energy[PAIRS], self_discharge_energy;
    double reference_temperature, table_temperature; /* the latter tells where one of several tables holds */
    double hysteresis_bound, hysteresis_rate, hysteresis_decay;
    double lookahead;
    double initial_pair_voltage[CELLS][PAIRS], initial_hysteresis[CELLS];
    /* inputs */
    double current[CELLS], temperature[CELLS];
    /* outputs */
    double emf[CELLS], resistance[CELLS], timescale_fastest, timescale_slowest;
    double sensitivity_soc, sensitivity_temperature, sensitivity_growth;
    double voltage[CELLS], soc[CELLS], heat_rate[CELLS], timescale_soc;
    double electrical_energy, stored_energy, heat, table_energy, charge, stored_charge, lost_charge;
    Extremes voltage_extremes, soc_extremes;
} Variables;

typedef struct {
    double remainder[CELLS];                /* what rounding cut off the SOC */
    double pair_voltage[CELLS][PAIRS];
    double hysteresis[CELLS];
    double factor_temperature[CELLS];       /* which the factors hold for */
    double ohmic_factor[CELLS], pair_factor[CELLS][PAIRS], self_discharge[CELLS];
} States;

typedef struct {
    Variables v;
    States s;
    double held_current[CELLS];             /* current of the last step */
    double greatest_rise;                   /* of a SOC in the last step */
} Cells;

void cells_initialise(Cells *cells);
void cells_offer_ports(Cells *cells);
void cells_step(Cells *cells, double h);

#endif
