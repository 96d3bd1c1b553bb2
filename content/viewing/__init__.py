"""What turns uploaded files into what a browser can show. Only a limited child process runs the readers in here."""
