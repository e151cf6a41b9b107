def main(): raise SystemExit('under construction')
