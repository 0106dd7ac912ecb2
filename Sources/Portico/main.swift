import Gateway

await CommandLineEntry.run()
