"""The only readers of the database: portable SQL, small frozen results, permission checked here."""
