"""The bridge's database: tables, statements and transactions; decides nothing about bookings."""
