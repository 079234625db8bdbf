"""Files of other programs: spreadsheets read as tables of cells, and their rows as facts."""
