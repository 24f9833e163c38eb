namespace VectorServer.Storage.Codecs;

/// <summary>A calibration is made of the rows, so one that is damaged is not missed: codes are calibrated anew.</summary>
internal static class CalibrationFile
{
    /// <summary>Looks whether it is whole; one of an earlier version is.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.DataCorruption"/>: it is not.</exception>
    public static void Check(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (!CodecFormat.IsOfEarlierVersion(bytes))
            Codec.Deserialize(bytes);
    }

    /// <summary>The calibration in the file; null without a whole one of this version.</summary>
    /// <param name="path">The file, which need not be there.</param>
    /// <param name="log">Told why one cannot be used.</param>
    /// <param name="isDamaged">Called where one is damaged.</param>
    public static Codec? Read(string path, Action<string>? log, Action isDamaged)
    {
        if (!File.Exists(path))
            return null;
        var bytes = File.ReadAllBytes(path);
        if (CodecFormat.IsOfEarlierVersion(bytes))
        {
            log?.Invoke($"The calibration {path} is of an earlier version: codes are calibrated and made anew");
            return null;
        }

        try
        {
            return Codec.Deserialize(bytes);
        }
        catch (StorageException e) when (e.Code == StorageErrorCode.DataCorruption)
        {
            isDamaged();
            log?.Invoke($"The calibration {path} is damaged, codes are calibrated anew: {e.Message}");
            return null;
        }
    }
}
