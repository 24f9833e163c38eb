using VectorServer.Storage.Codecs;

namespace VectorServer.Storage.Integrity;

/// <summary>A calibration is made of the rows, so one that is damaged is not missed: codes are calibrated anew.</summary>
internal static class CalibrationFile
{
    /// <summary>The calibration in the file; null without a whole one.</summary>
    public static Codec? Read(string path, EngineOptions options)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return Codec.Deserialize(File.ReadAllBytes(path));
        }
        catch (StorageException e) when (e.Code == StorageErrorCode.DataCorruption)
        {
            options.Damage.CountRebuilt();
            options.Log?.Invoke($"The calibration {path} is damaged, codes are calibrated anew: {e.Message}");
            return null;
        }
    }
}
