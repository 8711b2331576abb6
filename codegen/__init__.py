"""From placed IR to PTO C++: an emitter yields statements, Jinja lays them out."""
