"""Reports and requirements of the office in words, as workbooks and as CSV."""
