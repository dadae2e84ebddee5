"""Management of strings in parallel: a current sensor, an estimate of the bias and limits for each."""
