using System;
using System.IO;

namespace Cosmi.PowerShell
{
    /// <summary>A file of certificates (PEM); what is in it is the library's to judge.</summary>
    internal static class CertificateFile
    {
        internal static byte[] Read(string path, string action)
        {
            try
            {
                return File.ReadAllBytes(path);
            }
            catch (Exception exception) when (exception is IOException || exception is UnauthorizedAccessException)
            {
                throw new RefusalException($"the certificates in '{path}' cannot be read: {exception.Message}", action);
            }
        }
    }
}
