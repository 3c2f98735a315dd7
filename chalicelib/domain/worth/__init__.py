"""What a customer is worth: what their orders have brought so far, and what the field's models expect of them."""
