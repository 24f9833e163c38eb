namespace VectorServer.Storage.Scoring;

/// <summary>Gives a row's raw vector by its number.</summary>
internal delegate ReadOnlySpan<float> RowReader(int row);
