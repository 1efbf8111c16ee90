"""Who and where: the practice, its locations, rooms, providers and services, its clients and what covers them."""
