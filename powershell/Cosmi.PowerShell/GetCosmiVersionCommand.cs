using System;
using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Tells which module and which native library are at work.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiVersion")]
    [OutputType(typeof(VersionInfo))]
    public sealed class GetCosmiVersionCommand : CosmiCmdlet
    {
        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            VersionInfo version;
            try
            {
                version = new VersionInfo(CodeVersion, CosmiLibrary.Version, CosmiLibrary.AbiVersion, CosmiLibrary.RuntimeIdentifier, CosmiLibrary.Path);
            }
            catch (Exception exception) when (Errors.IsFailure(exception))
            {
                ThrowTerminatingError(Errors.Record(exception, null));
                return;
            }

            WriteObject(version);
        }
    }
}
