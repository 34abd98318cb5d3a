using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>
    /// Outside Windows, .NET keeps environment variables to itself: one that was set in the shell ($env:NAME = …) is not seen by native code.
    /// Here those that a client is made of are handed over, so that setting one works everywhere.
    /// </summary>
    internal static class ShellVariables
    {
        internal static CosmiOptions Fill(CosmiOptions options)
        {
            options.MetadataEndpoint = options.MetadataEndpoint ?? Value("AZURE_POD_IDENTITY_AUTHORITY_HOST");
            options.ArmEndpoint = options.ArmEndpoint ?? Value("COSMI_ARM_ENDPOINT");
            if (options.CaCertificates == null && Value("COSMI_CA_FILE") is string path)
            {
                options.CaCertificates = CertificateFile.Read(path, "let COSMI_CA_FILE name a readable file of certificates in PEM form, or unset it");
            }

            return options;
        }

        private static string? Value(string name)
        {
            string? value = System.Environment.GetEnvironmentVariable(name);
            return string.IsNullOrEmpty(value) ? null : value;
        }
    }
}
