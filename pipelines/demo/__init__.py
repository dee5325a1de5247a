"""The synthetic province: raw extracts whose truth is known, calibrated to published levels."""
