"""Found by Dagster: every module with definitions."""
