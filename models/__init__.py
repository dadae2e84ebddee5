"""The physics: models as declarations and kernels. Knows nothing of FMI, files or plots."""
