"""What a person should get next, and what people of the shop should do for them."""
