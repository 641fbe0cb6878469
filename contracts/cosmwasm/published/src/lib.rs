//! Empty: the package is a list of dependencies.
