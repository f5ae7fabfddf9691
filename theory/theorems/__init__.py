"""One module per theorem; each exports FORMULA.  A new theorem is a new module here."""
