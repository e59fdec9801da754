"""The console's journeys: the list, one drawn as a graph, its people, editing and publishing."""
