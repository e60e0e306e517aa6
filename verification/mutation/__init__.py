"""Seeded faults: does the judge see them?"""
