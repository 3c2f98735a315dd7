"""What people see: the friend's pages, the mails and the QR codes."""
