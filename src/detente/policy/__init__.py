"""What governments do: instruments, dated measures, time logic, stacking, dossiers."""
