"""How a request comes in and is answered; it knows no feature."""
