"""The figures of the shop: folded once a day, read by admins, worked out anew whenever somebody doubts them."""
