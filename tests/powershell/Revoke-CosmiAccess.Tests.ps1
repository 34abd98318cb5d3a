BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Revoke-CosmiAccess' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
        # Work in Azure takes one look more, but no time.
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ retryAfter = '0' }
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Revoke-CosmiAccess | Should -Be @(
            '-AccountName [String] Account<name'
            '-Client [Client] All'
            '-Confirm|cf [SwitchParameter] All'
            '-PrincipalId|ObjectId [String] All!@0<name'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-Role [String] All!@1<name'
            '-SubscriptionId [String] Account<name'
            '-TimeoutSec [Int32] All'
            '-WhatIf|wi [SwitchParameter] All'
        )
    }

    BeforeAll {
        $function = '33333333-0000-0000-0000-000000000022'
    }

    It 'takes a role away, and the second time finds none' {
        $null = Grant-CosmiAccess -PrincipalId $function -Role Reader -AccountName myaccount
        Revoke-CosmiAccess -PrincipalId $function -Role Reader -AccountName myaccount | Should -BeNullOrEmpty
        Get-CosmiAccess -AccountName myaccount -PrincipalId $function | Should -BeNullOrEmpty
        $told = Revoke-CosmiAccess -PrincipalId $function -Role Reader -AccountName myaccount -Verbose 4>&1
        @($told | Where-Object { "$_" -like "already so: there is no role Reader of $function*" }).Count | Should -Be 1
    }

    It 'takes what Get-CosmiAccess gives, and leaves what comes from above' {
        $null = 'Reader', 'Contributor' | ForEach-Object { Grant-CosmiAccess -PrincipalId $function -Role $_ -AccountName myaccount }
        Get-CosmiAccess -AccountName myaccount -PrincipalId $function | Revoke-CosmiAccess
        Get-CosmiAccess -AccountName myaccount -PrincipalId $function | Should -BeNullOrEmpty
        Revoke-CosmiAccess -PrincipalId 22222222-0000-0000-0000-000000000002 -Role Reader -AccountName myaccount
        (Get-CosmiAccess -AccountName myaccount -PrincipalId 22222222-0000-0000-0000-000000000002).Role | Should -Be 'Reader'
    }

    It 'prints with -WhatIf what it sends without' {
        $null = Grant-CosmiAccess -PrincipalId $function -Role Reader -AccountName myaccount
        Clear-SimulatorJournal -Simulator $simulator
        $printed = Get-WhatIf -Script "Revoke-CosmiAccess -PrincipalId $function -Role Reader -AccountName myaccount -WhatIf"
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
        Revoke-CosmiAccess -PrincipalId $function -Role Reader -AccountName myaccount
        Assert-Sent -Printed $printed -Sent (Get-Change -Simulator $simulator)
    }

    It 'says <What>' -ForEach @(
        @{ What = 'that an id is none'; Arguments = @{ PrincipalId = 'me'; Role = 'Reader' }; Id = 'Cosmi.InvalidArgument' }
        @{ What = 'that there is no such role'; Arguments = @{ PrincipalId = '33333333-0000-0000-0000-000000000022'; Role = 'No Such Role' }; Id = 'Cosmi.NotFound' }
    ) {
        $failure = Invoke-Failing { Revoke-CosmiAccess -AccountName myaccount @Arguments -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Action | Should -Not -BeNullOrEmpty
    }
}
