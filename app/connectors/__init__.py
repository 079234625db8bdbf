"""Files and services outside: spreadsheets in and out."""
