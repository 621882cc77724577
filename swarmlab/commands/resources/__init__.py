"""What containers are made from and share: images, networks, volumes."""
