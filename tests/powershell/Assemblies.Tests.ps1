BeforeDiscovery {
    # Windows PowerShell has no reader of metadata; there, importing the module is the proof.
    $isCore = $PSVersionTable.PSEdition -eq 'Core'
    $editions = @(
        @{ Edition = 'Desktop'; Framework = '.NETFramework,Version=v4.6.2'; Known = 'mscorlib 4.0.0.0', 'System 4.0.0.0', 'System.Core 4.0.0.0', 'System.Numerics 4.0.0.0' }
        @{ Edition = 'Core'; Framework = '.NETStandard,Version=v2.0'; Known = , 'netstandard 2.0.0.0' }
    )
}

BeforeAll {
    Set-StrictMode -Version 3
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $staged = Split-Path -Path $env:COSMI_MODULE -Parent
    $version = [string] [System.Reflection.AssemblyName]::GetAssemblyName((Join-Path -Path $staged -ChildPath 'lib/Core/Cosmi.Interop.dll')).Version

    function Get-Assembly {
        # What an assembly is built for and refers to, without loading it.
        param([string] $Path)
        Add-Type -AssemblyName System.Reflection.Metadata
        $file = New-Object -TypeName System.Reflection.PortableExecutable.PEReader -ArgumentList ([System.IO.File]::OpenRead($Path))
        try {
            $metadata = [System.Reflection.Metadata.PEReaderExtensions]::GetMetadataReader($file)
            $references = foreach ($handle in $metadata.AssemblyReferences) {
                $reference = $metadata.GetAssemblyReference($handle)
                '{0} {1}' -f $metadata.GetString($reference.Name), $reference.Version
            }
            $framework = foreach ($handle in $metadata.GetAssemblyDefinition().GetCustomAttributes()) {
                $attribute = $metadata.GetCustomAttribute($handle)
                $constructor = $metadata.GetMemberReference([System.Reflection.Metadata.MemberReferenceHandle] $attribute.Constructor)
                $type = $metadata.GetTypeReference([System.Reflection.Metadata.TypeReferenceHandle] $constructor.Parent)
                if ($metadata.GetString($type.Name) -eq 'TargetFrameworkAttribute') {
                    $value = $metadata.GetBlobReader($attribute.Value)
                    $value.Offset = 2
                    $value.ReadSerializedString()
                }
            }
            [pscustomobject]@{ References = $references; Framework = $framework }
        }
        finally {
            $file.Dispose()
        }
    }
}

Describe 'The assemblies for <Edition>' -ForEach $editions {
    It 'are built for its framework, and need nothing beyond it and the API of 5.1' -Skip:(-not $isCore) {
        $library = Get-Assembly -Path (Join-Path -Path $staged -ChildPath "lib/$Edition/Cosmi.Interop.dll")
        $cmdlets = Get-Assembly -Path (Join-Path -Path $staged -ChildPath "lib/$Edition/Cosmi.PowerShell.dll")

        $library.Framework | Should -Be $Framework
        $cmdlets.Framework | Should -Be $Framework
        @($library.References | Where-Object { $Known -notcontains $_ }) | Should -BeNullOrEmpty
        @($cmdlets.References | Where-Object { $Known -notcontains $_ } | Sort-Object) | Should -Be @("Cosmi.Interop $version", 'System.Management.Automation 3.0.0.0')
    }
}
