"""The faces of the house: the command line and the pages a person reads."""
