"""Realtime: one hub of connections behind REST and both generations of Socket.IO."""
