"""Conformance tests of programs: cases, tensors, comparison; as a pytest plugin the fixture `test_runner`."""

from __future__ import annotations

from ptodsl.testing.case import PTOTestCase
from ptodsl.testing.comparison import assert_close
from ptodsl.testing.runner import TestRunner
from ptodsl.testing.specs import DataType, TensorSpec, TestConfig, TestResult

__all__ = ["DataType", "PTOTestCase", "TensorSpec", "TestConfig", "TestResult", "TestRunner", "assert_close"]
